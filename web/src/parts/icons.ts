/** The page's drawings, on a grid of 24. `line` is the width of a stroke; without one a path is filled. */

interface Path {
  d: string;
  line?: number;
  /** Cut out of what lies below it. */
  isHole?: boolean;
}

const circle = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

export const ICONS = {
  disc: [{ d: circle(12, 12, 10) }],
  square: [{ d: "M3.2 3.2h17.6v17.6H3.2z", line: 3.4 }],
  hourglass: [{ d: "M5 2.5h14M5 21.5h14M7 3v4l5 5 5-5V3M7 21v-4l5-5 5 5v4", line: 2.6 }],
  hazard: [{ d: "M12 1.6 23.4 22H.6z" }, { d: "M12 8.6v6.6M12 17v2.6", line: 2.5, isHole: true }],
  question: [{ d: "M6.5 8.2C6.5 4.6 9 2.6 12 2.6s5.6 2 5.6 5c0 3.9-5.2 4.1-5.2 8.2M12.4 19v3", line: 3.4 }],
  warning: [{ d: "M12 2.4 22.6 21H1.4zM12 9v5.6M12 16.6v2", line: 2.2 }],
  stop: [{ d: "M4.5 4.5h15v15h-15z" }],
  still: [{ d: `M2.5 7h4l1.8-2.6h7.4L17.5 7h4v12.5h-19z${circle(12, 13, 3.6)}`, line: 2 }],
  clip: [{ d: "M3 5.5h18v13H3zM3 10h18M8 5.5 6 10M13.5 5.5l-2 4.5M19 5.5 17 10", line: 2 }],
  note: [{ d: "M5 3h14v12l-5 6H5zM14 21v-6h5M8.5 8h7M8.5 12h4", line: 2 }],
  late: [{ d: "M4 4v5h5M4.6 9A8.6 8.6 0 1 1 3.4 13M12 8v5l3.4 2", line: 2 }],
  wall: [{ d: "M3 4h8v7H3zM13 4h8v7h-8zM3 13h8v7H3zM13 13h8v7h-8z", line: 2 }],
  review: [{ d: "M4 5h16v9H4zM9.8 7.2v4.6l4-2.3zM3 18.5h18M8 16.5v4", line: 2 }],
  data: [{ d: "M3 3v18h18M6.5 15l4-5 3.4 3L20 6", line: 2 }],
  settings: [{ d: `M3 7h9M18 7h3M3 17h3M12 17h9${circle(15, 7, 2.8)}${circle(9, 17, 2.8)}`, line: 2 }],
  more: [{ d: "M4 6h16M4 12h16M4 18h16", line: 2.2 }],
  cross: [{ d: "M4 4l16 16M20 4 4 20", line: 3 }],
  pause: [{ d: "M6.5 4v16M17.5 4v16", line: 4.5 }],
  play: [{ d: "M5 2.8 21 12 5 21.2z" }],
  check: [{ d: "M3.5 12.8 9.4 19 20.5 5.6", line: 3 }],
  close: [{ d: "M5 5l14 14M19 5 5 19", line: 2.4 }],
  previous: [{ d: "M20 4 8 12l12 8z" }, { d: "M4 4v16", line: 3 }],
  next: [{ d: "M4 4l12 8-12 8z" }, { d: "M20 4v16", line: 3 }],
  back: [{ d: "M17 5 8 12l9 7z" }],
  onwards: [{ d: "M7 5l9 7-9 7z" }],
  search: [{ d: `${circle(10.5, 10.5, 6.5)}M15.5 15.5 21 21`, line: 2.3 }],
  span: [{ d: "M9 3H4v18h5M11 12h2.6M16 12h2.6M21 12h.5", line: 3 }],
  sound: [{ d: "M3 9h4l5-4.5v15L7 15H3zM15.5 8.5a5 5 0 0 1 0 7M18.5 5.5a9 9 0 0 1 0 13", line: 2 }],
  copies: [{ d: "M8 3h12v13H8zM16 16v5H4V8h4", line: 2 }],
  cut: [{ d: "M4 4v16M20 4v16M8 12h8M10.5 8.5 7 12l3.5 3.5M13.5 8.5 17 12l-3.5 3.5", line: 2.2 }],
  muted: [{ d: "M3 9h4l5-4.5v15L7 15H3zM16 9.5l5 5M21 9.5l-5 5", line: 2 }],
} satisfies Record<string, Path[]>;

export type IconName = keyof typeof ICONS;

export function pathsOf(name: IconName): Path[] {
  return ICONS[name];
}
