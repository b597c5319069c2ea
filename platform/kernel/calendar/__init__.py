"""Time as the business counts it: UTC inside, Asia/Shanghai outside, working days from data, a demo clock that only demo may set."""
