"""The relying party: log-in by code with PKCE, checks of every kind of token, for the embedded issuer and Keycloak alike.

Tokens are authentication only (trust.md R4): membership, roles and revocation come from our own tables at each request.
"""
