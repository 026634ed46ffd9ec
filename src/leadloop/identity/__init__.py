"""Who is who: customers as people see them, pairs that may be one, merging, and taking a merge back.

Above leads, because whose a customer is and what moves with it are questions about its leads; what a
customer is known by stands in :mod:`leadloop.customers`.
"""
