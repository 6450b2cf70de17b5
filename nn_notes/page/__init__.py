"""What computes in a page of the book: Python in a worker, and the page's side of it."""
