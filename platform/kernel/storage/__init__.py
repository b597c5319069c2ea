"""Files of people and tenants: a row in the tenant, the sealed object in the installation's folder (decision D28).

Use `kernel.storage.service`: `keep`, `read`, `drop`. Not for logs, temporary results or anything that no row points to.
"""
