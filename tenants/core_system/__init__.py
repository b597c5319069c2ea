"""核心系统接口: what the platform asks of a centre's core business system, through one port with a time-out and a breaker."""
