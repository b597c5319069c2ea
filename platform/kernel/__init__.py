"""What every room may import: tenancy, database door, identity, approvals, audit, jobs. Imports no room."""
