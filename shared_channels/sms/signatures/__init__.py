"""短信签名与扩展码: what stands in 【】, the digits behind the access number, and where filing with the carriers stands."""
