/** A camera's address in a form, whose user and password have fields of their own. The recorder never sends a password. */

/** What stands for a secret in an address that the recorder shows. */
const MASK = "***";
const WITH_HOST = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*@)?(.*)$/i;

/** Whether an address may have user and password: one that names a host. */
export function takesLogin(address: string): boolean {
  return WITH_HOST.test(address.trim());
}

/**
 * The address with this user and password in the place of what was there; as it is where neither is given. Of a login
 * that is stored and not shown, the one that is not given stays: the recorder puts it in for `***`.
 */
export function withLogin(address: string, user: string, password: string): string {
  const found = WITH_HOST.exec(address.trim());
  if (found === null || (user === "" && password === "")) return address.trim();
  const [, scheme = "", before = "", rest = ""] = found;
  const missing = before === `${MASK}@` ? MASK : "";
  const login = [user, password].map((one) => (one === "" ? missing : encodeURIComponent(one))).join(":");
  return `${scheme}${login}@${rest}`;
}

/** Something in the address is not shown. */
export function hidesSecret(address: string): boolean {
  return address.includes(MASK);
}
