// Line drawings of 24 by 24.

export const ICONS = {
  chat: "M21 12a8 8 0 0 1-8 8H4l2-3a8 8 0 1 1 15-5zM9 11h7M9 14h4",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  plus: "M12 5v14M5 12h14",
  inbox: "M4 13l3-8h10l3 8v6H4zM4 13h5l1 3h4l1-3h5",
  topic: "M9 4L7 20M17 4l-2 16M4 9h16M3 15h16",
  send: "M12 19V5M6 11l6-6 6 6",
  attach: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.6 8.4a1.7 1.7 0 0 1-2.4-2.4L14.500 7.500",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14.500s1.300 2 3.500 2 3.500-2 3.500-2M9 9.500h.01M15 9.500h.01",
  reply: "M10 8V4L3 11l7 7v-4c6 0 9 2 11 5 0-6-4-11-11-11z",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  file: "M13 3H6v18h12V8zM13 3v5h5",
  check: "M5 13l4 4L19 7",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  reopen: "M4 12a8 8 0 1 0 3-6M4 4v4h4",
};
