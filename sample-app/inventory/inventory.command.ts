import { Command, CommandRunner } from 'nest-commander';
import { RecountCommand } from './recount.command.js';

/** What can be done to the inventory by hand: `inventory --help` tells. */
@Command({ name: 'inventory', subCommands: [RecountCommand] })
export class InventoryCommand extends CommandRunner {
  async run(): Promise<void> {
    this.command.help();
  }
}
