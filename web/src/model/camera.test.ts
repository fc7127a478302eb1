import { expect, test } from "vitest";
import { hidesSecret, takesLogin, withLogin } from "./camera";

test("user and password go into the address, with their special characters encoded", () => {
  expect(withLogin("rtsp://10.0.0.5:554/1", "rov", "a@b/c")).toBe("rtsp://rov:a%40b%2Fc@10.0.0.5:554/1");
});

test("they take the place of those that were there, shown or not", () => {
  expect(withLogin("rtsp://***@10.0.0.5/1", "rov", "new")).toBe("rtsp://rov:new@10.0.0.5/1");
  expect(withLogin("rtsp://old:one@10.0.0.5/1", "rov", "new")).toBe("rtsp://rov:new@10.0.0.5/1");
});

test("a new password alone keeps the user that is stored, and a new user the password", () => {
  expect(withLogin("rtsp://***@10.0.0.5/1", "", "new")).toBe("rtsp://***:new@10.0.0.5/1");
  expect(withLogin("rtsp://***@10.0.0.5/1", "diver", "")).toBe("rtsp://diver:***@10.0.0.5/1");
  expect(withLogin("rtsp://10.0.0.5/1", "", "new")).toBe("rtsp://:new@10.0.0.5/1");
});

test("an @ behind the host is left alone", () => {
  expect(withLogin("http://10.0.0.5/a@b", "rov", "x")).toBe("http://rov:x@10.0.0.5/a@b");
});

test("without both, the address is sent as it is, blanks around it taken away", () => {
  expect(withLogin(" rtsp://***@10.0.0.5/1 ", "", "")).toBe("rtsp://***@10.0.0.5/1");
});

test("a device has no user", () => {
  expect(takesLogin("v4l2:/dev/video0")).toBe(false);
  expect(withLogin("v4l2:/dev/video0", "rov", "x")).toBe("v4l2:/dev/video0");
  expect(takesLogin("rtsp://10.0.0.5/1")).toBe(true);
});

test("it is seen that something is hidden", () => {
  expect(hidesSecret("rtsp://***@10.0.0.5/1")).toBe(true);
  expect(hidesSecret("rtsp://10.0.0.5/1")).toBe(false);
});
