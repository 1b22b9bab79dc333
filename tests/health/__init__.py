"""What fsck and doctor find and mend."""
