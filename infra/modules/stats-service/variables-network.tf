variable "vpc_cidr" {
  description = "IPv4 block of the VPC. It must not overlap with networks that the VPC is peered with."
  type        = string
  default     = "10.40.0.0/20"
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 20, false)
    error_message = "vpc_cidr must be an IPv4 block from /16 to /20."
  }
}

variable "internal" {
  description = <<-EOT
    True if the load balancer has only private addresses. The service trusts X-User-Id, so that any client that reaches
    the load balancer can act as any learner. Only the service that authenticates the users may reach it. With false it
    is on the internet, and allowed_cidrs must name the addresses of the authenticating service.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "allowed_cidrs" {
  description = "IPv4 blocks that may reach the load balancer. If empty, only the VPC may reach it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "allowed_cidrs must be IPv4 blocks, such as 198.51.100.0/28."
  }

  validation {
    condition     = var.internal || length(var.allowed_cidrs) > 0
    error_message = "A public load balancer needs allowed_cidrs: the service trusts X-User-Id, so only the authenticating service may reach it."
  }

  # Rejects the whole internet, also if it is written as two halves.
  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "allowed_cidrs must not be wider than /8: the service trusts the X-User-Id of every client that reaches it."
  }
}

variable "allow_plain_http" {
  description = "Serves HTTP without TLS on port 80, for environments without a certificate. Requires an internal load balancer."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.allow_plain_http || var.internal
    error_message = "allow_plain_http requires an internal load balancer."
  }
}

variable "certificate_arn" {
  description = "ARN of the ACM certificate, in the same region. It may be null only with allow_plain_http."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null ? true : can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate."
  }

  validation {
    condition     = var.certificate_arn != null || var.allow_plain_http
    error_message = "certificate_arn is required unless allow_plain_http is true."
  }
}

variable "outbound_internet" {
  description = "True if tasks can reach the internet through NAT. The service does not need it: the AWS services that it uses have VPC endpoints."
  type        = bool
  default     = false
  nullable    = false
}
