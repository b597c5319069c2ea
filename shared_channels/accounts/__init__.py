"""统一注册与身份认证: one account for all channels; phone codes, sessions, bindings to centres, step-up (guideline items 14 and 17)."""
