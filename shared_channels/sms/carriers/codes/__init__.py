"""The carriers' result codes as data: for each code what it says in Chinese and what it means for the sender."""
