"""Planning: the movements of one operation over the payments."""
