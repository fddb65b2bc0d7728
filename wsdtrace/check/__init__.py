"""Events → findings and ledger: the rules, what they need to see, and who causes what."""
