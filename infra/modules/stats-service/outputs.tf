output "name" {
  description = "Name of the cluster, the service, the database and the registry's repository."
  value       = local.name
}

output "load_balancer_dns_name" {
  description = "What the host name of the certificate must point to."
  value       = aws_lb.this.dns_name
}

output "load_balancer_zone_id" {
  description = "Hosted zone of the load balancer, for an alias in Route 53."
  value       = aws_lb.this.zone_id
}

output "vpc_id" {
  description = "VPC to peer with, so that the authenticating service reaches an internal load balancer."
  value       = aws_vpc.this.id
}

output "service_route_table_ids" {
  description = "Where the routes of a peering go."
  value       = [for zone in local.zones : aws_route_table.service[zone].id]
}

output "repository_url" {
  description = "Where deploys push images."
  value       = aws_ecr_repository.this.repository_url
}

output "database_address" {
  description = "Host name of the database, reachable from the tasks only."
  value       = aws_db_instance.this.address
}

output "database_secret_arn" {
  description = "Secret with the database's user and password."
  value       = local.database_secret_arn
}

output "alarms_topic_arn" {
  description = "Topic of the alarms, for more subscriptions."
  value       = aws_sns_topic.alarms.arn
}
