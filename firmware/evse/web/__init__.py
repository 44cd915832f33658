"""The local web page and its API: who may come in, what may be asked, and how it is answered."""
