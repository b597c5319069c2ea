"""The kernel: door, context, directory, queue, approvals, audit."""
