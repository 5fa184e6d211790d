"""casebook: grounded, reviewable case studies of LLMs in production."""

__version__ = "0.1.0"
