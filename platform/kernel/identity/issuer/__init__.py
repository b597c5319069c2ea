"""The embedded OpenID issuer: one installation's own log-in service, under Keycloak's addresses.

Use it for a province without an identity service of its own, for the demo and for tests. With Keycloak only
`kernel.identity.oidc` is used. It knows persons and how they prove who they are; posts and roles are not its business.
"""
