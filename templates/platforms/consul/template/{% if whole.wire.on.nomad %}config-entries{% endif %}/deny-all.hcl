# Nobody may ask anything of anybody, but where another one says so.
Kind = "service-intentions"
Name = "*"

Sources = [
  {
    Name   = "*"
    Action = "deny"
  },
]
