"""The rules of a page's style sheets, and what the cascade gives each element of them."""
