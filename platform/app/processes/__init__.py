"""The long-running processes: web, worker, relay, scheduler, gateway, sealer. Each ends on SIGTERM and outlives its dependencies."""
