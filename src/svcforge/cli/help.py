"""What `svcforge --help` prints, baked by tests/cli/bake_help.py: answering it imports nothing."""

TEXT = """\
Usage: svcforge [OPTIONS] COMMAND [ARGS]...

  From a YAML blueprint to a linted, generated, running microservice system.

Options:
  --version             Print the version and stop.
  --install-completion  Install completion for the current shell.
  --show-completion     Show completion for the current shell, to copy it or
                        customize the installation.
  -h, --help            Show this message and exit.

Commands:
  init      Write a small commented blueprint, or an example.
  schema    Print the JSON Schema of the language.
  lint      Judge a blueprint.
  explain   Print a rule's manual page.
  rules     List the rules.
  metrics   Count what couples the services.
  import    Describe a system that exists.
  graph     Draw a blueprint.
  facts     Print what a template sees of a service.
  generate  Write the services, the gateway and the platform.
  diff      Show what generate would change.
  resolve   List and close the conflicts of merges.
  undo      Take back the last generation.
  doctor    Check what svcforge keeps about what it generated.
  eject     Make a part your own.
  upgrade   Generate again into repositories cloned on their own.
  up        Run what was generated on this machine.
  status    Show what runs.
  logs      Show the logs of what runs.
  token     Make a token for trying things.
  down      Stop what runs.
  pack      Begin, check, fetch and trust template packs of your own.
"""
