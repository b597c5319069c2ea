"""Replies: uplink messages go to the tenant whose number they were sent to; a wish to get no more is kept at once."""
