"""渠道接口: WeChat, the government app, kiosks and the online hall enter with signed requests (guideline items 10 and 13)."""
