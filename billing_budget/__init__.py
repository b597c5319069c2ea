"""What services cost, who pays, what a centre may spend."""
