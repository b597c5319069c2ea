"""HTTP in one place: blueprints that demand a permission, guards, errors as pages or problems, paging, forms."""
