"""Find names by any part of them, by pinyin and by initials, in a time that does not grow with the leads.

``words`` says by which words a name is found; ``index`` keeps them in the database, in the transaction
that writes the name.
"""
