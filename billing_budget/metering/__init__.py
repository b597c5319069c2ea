"""计量: one row for each finished message, booked once by the database (`k.usage_book`).

Every fen of a statement is a sum of these rows; computing a day again gives the same fen.
"""
