"""Tables that people upload and download: text, csv and workbooks, told apart by their content."""
