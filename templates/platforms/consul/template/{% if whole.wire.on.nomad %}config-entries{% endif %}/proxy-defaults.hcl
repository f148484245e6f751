# Everything is HTTP, so that permissions can be about methods and paths; servers say otherwise for themselves.
Kind = "proxy-defaults"
Name = "global"

Config {
  protocol = "http"
}
