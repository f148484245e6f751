# notes, a service of little.
variable "registry" {
  type    = string
  default = "registry.example.com/little"
}

variable "tag" {
  type    = string
  default = "0.1.0"
}

# What only you know, for PRINTER_URL.
variable "printer_url" {
  type = string
}

job "notes" {
  namespace = "little"
  type      = "service"

  # One after the other, a new one beside the old first; what does not get healthy is taken back.
  update {
    max_parallel      = 1
    canary            = 1
    auto_promote      = true
    auto_revert       = true
    min_healthy_time  = "10s"
    healthy_deadline  = "3m"
    progress_deadline = "10m"
  }

  group "notes" {
    count = 2

    scaling {
      enabled = true
      min     = 2
      max     = 5
    }

    spread {
      attribute = "${node.unique.id}"
    }

    restart {
      attempts = 3
      interval = "5m"
      delay    = "15s"
      mode     = "delay"
    }

    network {
      port "http" {
        static = 31699
        to     = 8080
      }
    }

    service {
      name     = "notes"
      tags     = ["little", "v1"]
      port     = "http"
      provider = "nomad"

      check {
        name     = "ready"
        type     = "http"
        path     = "/health/ready"
        interval = "5s"
        timeout  = "3s"

        check_restart {
          limit = 3
          grace = "60s"
        }
      }
    }

    task "notes" {
      kill_timeout   = "30s"
      # Until the last of those who call has heard that this one is leaving.
      shutdown_delay = "5s"

      driver = "docker"
      user   = "10001:10001"

      config {
        image           = "${var.registry}/notes:${var.tag}"
        ports           = ["http"]
        init            = true
        readonly_rootfs = true
        cap_drop        = ["all"]
        security_opt    = ["no-new-privileges"]
        pids_limit      = 200
        network_mode    = "little-parts"
        network_aliases = ["notes"]
        volumes         = ["secrets/run:/run/secrets"]

        mount {
          type   = "tmpfs"
          target = "/tmp"
          tmpfs_options {
            size = 67108864
          }
        }
      }

      env {
        PORT               = "8080"
        HOST               = "0.0.0.0"
        PRINTER_URL        = var.printer_url
        DATABASE_URL_FILE  = "/run/secrets/database_url"
        PRINTER_TOKEN_FILE = "/run/secrets/printer_token"
      }

      template {
        destination          = "secrets/run/database_url"
        perms                = "0400"
        uid                  = 10001
        gid                  = 10001
        error_on_missing_key = true
        data                 = "{{ with nomadVar `nomad/jobs/notes` }}{{ .database_url }}{{ end }}"
      }

      template {
        destination          = "secrets/run/printer_token"
        perms                = "0400"
        uid                  = 10001
        gid                  = 10001
        error_on_missing_key = true
        data                 = "{{ with nomadVar `nomad/jobs/notes` }}{{ .printer_token }}{{ end }}"
      }

      resources {
        cpu    = 500
        memory = 256
      }

      logs {
        max_files     = 3
        max_file_size = 10
      }
    }
  }
}
