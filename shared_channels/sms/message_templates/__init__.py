"""短信模板: approved texts with a category each; the nearest one of the tenant line counts (features S1, decision D21)."""
