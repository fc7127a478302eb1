"""What is shown over the picture: painted when a value changes, blended into every frame.

Used by `channel` alone, on a worker's encode thread, and only where burn-in is asked for: it loads Pillow.
Pillow paints into small pictures of planes, a picture for each place; libavfilter's `overlay` lays them over frames.
"""
