"""An operator's actions on failed operations and on calls in doubt."""
