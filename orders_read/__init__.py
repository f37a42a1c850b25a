"""The read side, SEE → ANSWER: which questions may be asked, and how each is answered from the read database."""
