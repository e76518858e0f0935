variable "environment" {
  description = "Name of the environment, which is part of every resource name."
  type        = string

  # The name of a load balancer has at most 32 characters, of which "stats-service-" takes 14.
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,14}[a-z0-9]$", var.environment)) && !strcontains(var.environment, "--")
    error_message = "environment must be 2 to 16 lowercase letters, digits and single hyphens, and begin with a letter."
  }
}

variable "region" {
  description = "AWS region. The provider must have the same region."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-central-1."
  }
}

variable "image_tag" {
  description = "Tag of an image in the registry that the first apply starts. null starts no tasks. Later, deploys set the image."
  type        = string
  default     = null

  validation {
    condition     = var.image_tag == null ? true : can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "image_tag must be a valid tag other than latest, which can name different images over time."
  }
}

variable "cpu_architecture" {
  description = "Processor architecture of the tasks: ARM64 or X86_64."
  type        = string
  default     = "ARM64"
  nullable    = false

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "cpu_architecture must be ARM64 or X86_64."
  }
}

variable "task_cpu" {
  description = "CPU units of a task. 1024 units are one processor; a Node process does not use more."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.task_cpu)
    error_message = "task_cpu must be 256, 512, 1024, 2048 or 4096."
  }
}

variable "task_memory" {
  description = "Memory of a task, in MiB."
  type        = number
  default     = 2048
  nullable    = false

  validation {
    condition     = var.task_memory >= 2 * var.task_cpu && var.task_memory <= min(8 * var.task_cpu, 30720) && var.task_memory % (var.task_cpu == 256 ? 512 : 1024) == 0
    error_message = "task_memory must be 2 to 8 times task_cpu, at most 30720, and a multiple of 1024 (512 with 256 CPU units)."
  }
}

variable "min_tasks" {
  description = "Minimum number of tasks. At least 2, one in each zone."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.min_tasks >= 2 && floor(var.min_tasks) == var.min_tasks
    error_message = "min_tasks must be an integer of at least 2: a single task does not survive a zone failure."
  }
}

variable "max_tasks" {
  description = "Maximum number of tasks that autoscaling starts."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_tasks >= var.min_tasks && var.max_tasks <= 50 && floor(var.max_tasks) == var.max_tasks
    error_message = "max_tasks must be an integer from min_tasks to 50."
  }
}

variable "requests_per_target" {
  description = "Autoscaling target: requests per minute and task."
  type        = number
  default     = 60000
  nullable    = false

  validation {
    condition     = var.requests_per_target > 0
    error_message = "requests_per_target must be positive."
  }
}

variable "log_level" {
  description = "STATS_LOG_LEVEL: info logs each request, warn only problems, silent nothing."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["info", "warn", "silent"], var.log_level)
    error_message = "log_level must be info, warn or silent."
  }
}

variable "log_retention_days" {
  description = "Retention of all logs, in days, including those of the load balancer."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be one of 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 and 731."
  }
}

variable "alarm_email" {
  description = "Email address for alarms. Its owner must confirm the subscription. null disables the emails."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null ? true : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", var.alarm_email))
    error_message = "alarm_email must be an email address."
  }
}

variable "deletion_protection" {
  description = "True if the load balancer and the database cannot be deleted. Set it to false only to destroy an environment."
  type        = bool
  default     = true
  nullable    = false
}
