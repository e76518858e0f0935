variable "environment" {
  description = "Name of the environment; part of every name."
  type        = string

  # A load balancer's name has 32 characters at most, and "stats-service-" takes 14.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}[a-z0-9]$", var.environment)) && !strcontains(var.environment, "--")
    error_message = "environment must be 2 to 16 lowercase letters, digits and single hyphens, and begin with a letter."
  }
}

variable "region" {
  description = "AWS region; the provider must be set to the same."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-central-1."
  }
}

variable "image_tag" {
  description = "Tag of an image that is in the registry already, for the first apply to start; null starts no task. Later the deploys say what runs."
  type        = string
  default     = null

  validation {
    condition     = var.image_tag == null ? true : can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag must be an image tag other than latest, which says nothing about what runs."
  }
}

variable "cpu_architecture" {
  description = "What the image is built for: ARM64 or X86_64."
  type        = string
  default     = "ARM64"
  nullable    = false

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "cpu_architecture must be ARM64 or X86_64."
  }
}

variable "task_cpu" {
  description = "CPU units of a task; 1024 are one processor, more than one Node process cannot use."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.task_cpu)
    error_message = "task_cpu must be 256, 512, 1024, 2048 or 4096."
  }
}

variable "task_memory" {
  description = "MiB of a task."
  type        = number
  default     = 2048
  nullable    = false

  validation {
    condition     = var.task_memory >= 2 * var.task_cpu && var.task_memory <= min(8 * var.task_cpu, 30720) && var.task_memory % (var.task_cpu == 256 ? 512 : 1024) == 0
    error_message = "task_memory must be 2 to 8 times task_cpu, at most 30720, and a multiple of 1024 (512 with 256 CPU units)."
  }
}

variable "min_tasks" {
  description = "Tasks that always run; two at least, one in each zone."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.min_tasks >= 2 && floor(var.min_tasks) == var.min_tasks
    error_message = "min_tasks must be an integer of at least 2: a single task leaves nothing when its zone fails."
  }
}

variable "max_tasks" {
  description = "Tasks that autoscaling may start."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_tasks >= var.min_tasks && var.max_tasks <= 50 && floor(var.max_tasks) == var.max_tasks
    error_message = "max_tasks must be an integer from min_tasks to 50."
  }
}

variable "requests_per_target" {
  description = "Requests a minute and task that autoscaling aims at."
  type        = number
  default     = 60000
  nullable    = false

  validation {
    condition     = var.requests_per_target > 0
    error_message = "requests_per_target must be positive."
  }
}

variable "log_level" {
  description = "STATS_LOG_LEVEL: info logs each request, warn only what went wrong, silent nothing."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["info", "warn", "silent"], var.log_level)
    error_message = "log_level must be info, warn or silent."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept, those of the load balancer too."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be one of 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 and 731."
  }
}

variable "alarm_email" {
  description = "Address that alarms are sent to; its owner must confirm the subscription. null sends none."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null ? true : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", var.alarm_email))
    error_message = "alarm_email must be an email address."
  }
}

variable "deletion_protection" {
  description = "Whether the load balancer and the database refuse to be deleted. Turn it off only to take an environment down."
  type        = bool
  default     = true
  nullable    = false
}
