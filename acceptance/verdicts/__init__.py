"""The province's conclusion: proposed by one, signed by another, frozen with everything it rests on, and handed to the centre."""
