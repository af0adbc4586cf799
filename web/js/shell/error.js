// What is thrown for everything that is wrong.

export class RaftariumError extends Error {
  constructor({ code, message, given, allowed }, options) {
    super(message, options);
    this.code = code;
    this.given = given;
    this.allowed = allowed ?? undefined;
  }

  get name() {
    return "RaftariumError";
  }
}
