"""手机端 (H5): what people see on a phone, in WeChat and in other shells (guideline item 10)."""
