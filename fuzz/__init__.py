"""Structure-aware fuzzing: `python -m fuzz.run`, or `make fuzz`.

An input is a small *program*: a conversation (who says which bytes) and changes to the frames that carry it. Every
string of bytes is a program, so any mutation reaches the rooms behind the file formats.
"""
