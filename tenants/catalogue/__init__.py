"""服务事项清单: what a centre does for people, published revision by revision, inherited from the province and adjusted locally.

Notice item 1 (list, forms, materials, published), item 4 (fewer materials, shorter limits), item 7 (adding and removing need approval).
"""
