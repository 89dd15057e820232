export class Dependency {
  static toString(): string {
    return 'Dependency';
  }
}
