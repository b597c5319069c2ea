"""The catalogue as a form for editors (`editing`) and as JSON for everyone (`output`)."""
