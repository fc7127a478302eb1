"""What is shown over the picture: painted when a value changes, blended into every frame.

Pillow paints one small picture for each place in the frame, directly in YCbCr planes; libavfilter's `overlay` lays
these over each frame. Used on a worker's encode thread, and loaded only where burn-in is asked for, because it loads
Pillow. `texts` alone is always loaded: it remembers which text clients have shown when. It may be used on any thread.
"""
