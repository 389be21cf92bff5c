"""Check the predictions of `feeds diff` against a feed reader that polls the real feeds."""
