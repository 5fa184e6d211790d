"""What talks are read with: cues, speakers, seconds."""
